"""`jarvis usage`: what was asked, what it took and cost, what it saved; the budget; why questions went where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import Language
from jarvis.contracts.spending import BudgetState, LoggedDecision, SpendingReport, SpendingRow, dollars

_DAYS = 30
_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)

_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("answers", "read", "written", "first word", "95 % within", "seconds", "cost", "all-cloud", "energy"),
    "es": (
        "respuestas",
        "leídos",
        "escritos",
        "1.ª palabra",
        "el 95 % en",
        "segundos",
        "coste",
        "todo en nube",
        "energía",
    ),
}


@click.group(
    invoke_without_command=True,
    help=words(
        "Show tokens, seconds, money and energy per model and per day, and what was saved.",
        "Mostrar tokens, segundos, dinero y energía por modelo y por día, y lo ahorrado.",
    ),
)
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    help=words(f"The last so many days ({_DAYS}).", f"Los últimos tantos días ({_DAYS})."),
)
@click.option("--month", metavar="YYYY-MM", help=words("One month.", "Un mes."))
@_JSON
@click.pass_context
def usage(context: click.Context, days: int | None, month: str | None, as_json: bool) -> None:
    """Print the report of some days."""
    if context.invoked_subcommand is not None:
        return
    services: Services = context.obj
    with plain_failures(services.language):
        spending = services.spending()
        first, last = _span(spending.today(), days, month)
        report = spending.report(first, last)
        if as_json:
            print_json(_plain(asdict(report)))
            return
        for line in _report_lines(report, services.language):
            click.echo(line)


@usage.command(
    "budget", help=words("Show limits, what is spent and what is left.", "Mostrar límites, gasto y lo que queda.")
)
@click.option(
    "--trust-clock",
    is_flag=True,
    help=words(
        "The clock was ahead and is right now: count what is dated later as today's.",
        "El reloj iba adelantado y ya va bien: contar como de hoy lo que tiene fecha posterior.",
    ),
)
@_JSON
@click.pass_obj
def usage_budget(services: Services, trust_clock: bool, as_json: bool) -> None:
    """Print the budget as it is now."""
    with plain_failures(services.language):
        spending = services.spending()
        if trust_clock:
            spending.trust_clock()
        state = spending.budget()
        if as_json:
            print_json({**asdict(state), "left_usd": state.left_usd})
            return
        for line in _budget_lines(state, services.language):
            click.echo(line)


@usage.command(
    "decisions",
    help=words(
        "Show which model was chosen for the last questions, and why.",
        "Mostrar qué modelo se eligió para las últimas preguntas y por qué.",
    ),
)
@click.option("--limit", "-n", type=click.IntRange(1, 1000), default=20, help=words("How many.", "Cuántas."))
@click.option("--before", type=int, metavar="SEQ", help=words("Only older ones than this.", "Solo anteriores a esta."))
@_JSON
@click.pass_obj
def usage_decisions(services: Services, limit: int, before: int | None, as_json: bool) -> None:
    """Print the newest page of the log of decisions; it holds no words of the questions."""
    with plain_failures(services.language):
        logged = services.spending().decisions(limit, before)
        if as_json:
            print_json([_plain(asdict(decision)) for decision in logged])
            return
        if not logged:
            click.echo(
                _say(services.language, "No question was routed yet.", "Aún no se ha derivado ninguna pregunta.")
            )
        for decision in logged:
            click.echo(_decision_line(decision, services.language))


def _span(today: date, days: int | None, month: str | None) -> tuple[date, date]:
    if month is None:
        return today - timedelta(days=(days or _DAYS) - 1), today
    if days is not None:
        raise click.UsageError(words("Give --days or --month, not both.", "Indica --days o --month, no ambos."))
    try:
        first = datetime.strptime(month, "%Y-%m").date()
        after = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError) as error:
        raise click.UsageError(
            words(f"“{month}” is not a month; write it as 2026-11.", f"«{month}» no es un mes; escríbelo como 2026-11.")
        ) from error
    return first, after - timedelta(days=1)


def _report_lines(report: SpendingReport, language: Language) -> list[str]:
    total = report.total
    lines = [_say(language, f"{report.first_day} to {report.last_day}", f"Del {report.first_day} al {report.last_day}")]
    if total.calls:
        by_model = [(row.model or "?", row) for row in report.by_model]
        by_day = [(str(row.day), row) for row in report.by_day]
        whole = [(_say(language, "Total", "Total"), total)]
        lines += ["", *_table(_say(language, "Model", "Modelo"), [*by_model, *whole], language)]
        lines += ["", *_table(_say(language, "Day", "Día"), by_day, language), ""]
    else:
        lines.append(
            _say(
                language, "No model was asked anything in this time.", "No se preguntó a ningún modelo en este tiempo."
            )
        )
    lines.append(
        _say(
            language,
            f"Answered without a model, by skills or from the cache: {report.free_answers}.",
            f"Respondidas sin modelo, por habilidades o desde la caché: {report.free_answers}.",
        )
    )
    return [*lines, *_saving_lines(report, language), *_doubt_lines(total, language)]


def _saving_lines(report: SpendingReport, language: Language) -> list[str]:
    if not report.reference or not report.total.cloud_usd:
        return []
    cloud, cost = dollars(report.total.cloud_usd, language), dollars(report.total.cost_usd, language)
    difference = dollars(abs(report.saved_usd), language)
    share = f"{abs(report.saved_usd) / report.total.cloud_usd:.0%}".replace("%", " %")
    told_en = f"Asking {report.reference} for all of it would have cost {cloud}; it cost {cost}: "
    told_es = f"Preguntarlo todo a {report.reference} habría costado {cloud}; costó {cost}: "
    if report.saved_usd >= 0:
        return [
            _say(language, f"{told_en}{difference} saved ({share}).", f"{told_es}{difference} de ahorro ({share}).")
        ]
    return [_say(language, f"{told_en}{difference} more ({share}).", f"{told_es}{difference} más ({share}).")]


def _doubt_lines(total: SpendingRow, language: Language) -> list[str]:
    lines = []
    if total.unpriced_calls:
        lines.append(
            _say(
                language,
                f"Calls without a known price, which are in no sum: {total.unpriced_calls}.",
                f"Llamadas sin precio conocido, que no están en ninguna suma: {total.unpriced_calls}.",
            )
        )
    if total.suspect_calls:
        lines.append(
            _say(
                language,
                f"Calls whose reported usage does not fit, counted at the larger figure: {total.suspect_calls}.",
                f"Llamadas cuyo consumo comunicado no cuadra, contadas por la cifra mayor: {total.suspect_calls}.",
            )
        )
    return lines


def _table(name: str, rows: Sequence[tuple[str, SpendingRow]], language: Language) -> list[str]:
    cells = [[name, *_HEADINGS[language]], *([label, *_cells(row, language)] for label, row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in cells
    ]


def _cells(row: SpendingRow, language: Language) -> list[str]:
    return [
        _number(row.answers, language),
        _number(row.prompt_tokens, language),
        _number(row.completion_tokens, language),
        _waited(row.median_first_seconds, language),
        _waited(row.slow_first_seconds, language),
        _number(row.seconds, language, 1),
        dollars(row.cost_usd, language),
        dollars(row.cloud_usd, language) if row.cloud_usd else "–",
        "–" if row.joules is None else f"{_number(row.joules / 3600, language, 2)} Wh",
    ]


def _waited(seconds: float | None, language: Language) -> str:
    return "–" if seconds is None else f"{_number(seconds, language, 2)} s"


def _budget_lines(state: BudgetState, language: Language) -> list[str]:
    lines = [
        _limit_line(_say(language, "Today", "Hoy"), state.spent_day_usd, state.day_limit_usd, language),
        _limit_line(_say(language, "This month", "Este mes"), state.spent_month_usd, state.month_limit_usd, language),
    ]
    for usd, en, es in (
        (state.open_usd, "set aside for calls that run now.", "reservados para llamadas en curso."),
        (
            state.lost_usd,
            "set aside for calls whose program died; whether they were charged is not known.",
            "reservados para llamadas cuyo programa murió; no se sabe si se cobraron.",
        ),
        (
            state.ahead_usd,
            "dated after today. If the clock was ahead and is right now: “jarvis usage budget --trust-clock”.",
            "con fecha posterior a hoy. Si el reloj iba adelantado y ya va bien: «jarvis usage budget --trust-clock».",
        ),
    ):
        if usd:
            lines.append(f"{_say(language, 'Of it', 'De ello')} {dollars(usd, language)} {_say(language, en, es)}")
    return lines


def _limit_line(label: str, spent: float, limit: float | None, language: Language) -> str:
    told = dollars(spent, language)
    if limit is None:
        return _say(language, f"{label}: {told} spent, no limit.", f"{label}: {told} gastados, sin límite.")
    most, left = dollars(limit, language), dollars(max(limit - spent, 0.0), language)
    return _say(
        language,
        f"{label}: {told} of {most} spent, {left} left.",
        f"{label}: {told} de {most} gastados, quedan {left}.",
    )


def _decision_line(decision: LoggedDecision, language: Language) -> str:
    at = decision.at.astimezone().strftime("%Y-%m-%d %H:%M")
    chosen = decision.chosen or _say(language, "no model", "ningún modelo")
    told = [f"{decision.seq}  {at}  {chosen}"]
    if decision.domain is not None and decision.difficulty is not None:
        told.append(f"{decision.domain} {_number(decision.difficulty, language, 2)}")
    if decision.hops:
        told.append(_say(language, f"after {', '.join(decision.hops)}", f"tras {', '.join(decision.hops)}"))
    return "  ".join([*told, decision.reason])


def _say(language: Language, en: str, es: str) -> str:
    return es if language == "es" else en


def _number(value: float, language: Language, decimals: int = 0) -> str:
    number = f"{value:,.{decimals}f}"
    return number.translate(str.maketrans(",.", ".,")) if language == "es" else number


def _plain(document: Any) -> Any:
    """Return a document whose days and times are texts."""
    if isinstance(document, dict):
        return {name: _plain(value) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [_plain(value) for value in document]
    return document.isoformat() if isinstance(document, date) else document
