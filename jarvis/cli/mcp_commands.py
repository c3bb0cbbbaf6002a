"""`jarvis mcp`: servers whose tools models may use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.mcp_desk import McpServerRow, McpState, NewMcpServer

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_WIDEST_NAME = 36
_STATES: dict[McpState, str] = {
    "off": words("not connected", "sin conectar"),
    "starting": words("starting", "iniciando"),
    "ready": words("ready", "listo"),
    "failed": words("failed", "falló"),
}
_LEVELS: dict[PermissionLevel, str] = {
    "allow": words("without asking", "sin preguntar"),
    "ask": words("asks first", "pregunta antes"),
    "never": words("never", "nunca"),
}


@click.group(
    help=words(
        "Servers (Model Context Protocol) whose tools models may use.",
        "Servidores (Model Context Protocol) cuyas herramientas pueden usar los modelos.",
    )
)
def mcp() -> None:
    """Group of server commands."""


@mcp.command(
    "list",
    help=words(
        "Show the servers, their tools and what these may do.",
        "Mostrar los servidores, sus herramientas y lo que pueden hacer.",
    ),
)
@click.option(
    "--no-connect",
    is_flag=True,
    help=words("Only what is configured; start nothing.", "Solo lo configurado; no iniciar nada."),
)
@_JSON
@click.pass_obj
def mcp_list(services: Services, no_connect: bool, as_json: bool) -> None:
    """One block per server."""
    with plain_failures(services.language):
        rows = services.mcp().servers(CancelToken(), connect=not no_connect)
        if as_json:
            print_json([_document(services, row) for row in rows])
            return
        if not rows:
            click.echo(
                words(
                    "No server is configured. Add one with: jarvis mcp add NAME -- COMMAND",
                    "No hay ningún servidor configurado. Añade uno con: jarvis mcp add NOMBRE -- ORDEN",
                )
            )
        for row in rows:
            _show(services, row)


@mcp.command(
    "add",
    help=words(
        "Add a server: a program after “--”, or --url. It is started when it is first needed.",
        "Añadir un servidor: un programa tras «--», o --url. Se inicia cuando haga falta.",
    ),
)
@click.argument("name")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--url", default="", help=words("Address of a server that runs already.", "Dirección de un servidor ya en marcha.")
)
@click.option(
    "--env",
    multiple=True,
    metavar="NAME=VALUE",
    help=words(
        "Environment of the program; “keyring:mcp-KEY” stands for a key of “jarvis keys”. Repeatable.",
        "Entorno del programa; «keyring:mcp-CLAVE» es una clave de «jarvis keys». Repetible.",
    ),
)
@click.option(
    "--header",
    multiple=True,
    metavar="NAME=VALUE",
    help=words(
        "Header for the address; “keyring:mcp-KEY” stands for a key. Repeatable.",
        "Cabecera para la dirección; «keyring:mcp-CLAVE» es una clave. Repetible.",
    ),
)
@click.option(
    "--private",
    is_flag=True,
    help=words(
        "What it gives back is for models on this computer only.",
        "Lo que devuelve es solo para modelos de este equipo.",
    ),
)
@click.pass_obj
def mcp_add(
    services: Services,
    name: str,
    command: tuple[str, ...],
    url: str,
    env: tuple[str, ...],
    header: tuple[str, ...],
    private: bool,
) -> None:
    """Write one server into the configuration."""
    with plain_failures(services.language):
        if bool(command) == bool(url):
            raise click.UsageError(
                words("Give either -- COMMAND or --url URL.", "Da o bien -- ORDEN o bien --url URL.")
            )
        server = NewMcpServer(
            name=name,
            command=command[0] if command else "",
            args=command[1:],
            env=_pairs(env, "--env"),
            url=url,
            headers=_pairs(header, "--header"),
            private=private,
        )
        services.mcp().add(server)
        click.echo(
            words(
                f"{name} was added. Try it with: jarvis mcp test {name}",
                f"Se añadió {name}. Pruébalo con: jarvis mcp test {name}",
            )
        )


@mcp.command(
    "remove",
    help=words(
        "Remove a server and what was permitted to its tools.",
        "Quitar un servidor y lo permitido a sus herramientas.",
    ),
)
@click.argument("name")
@click.pass_obj
def mcp_remove(services: Services, name: str) -> None:
    """Take one server out of the configuration."""
    with plain_failures(services.language):
        services.mcp().remove(name)
        click.echo(words(f"{name} was removed.", f"Se quitó {name}."))


@mcp.command("enable", help=words("Use a server again.", "Volver a usar un servidor."))
@click.argument("name")
@click.pass_obj
def mcp_enable(services: Services, name: str) -> None:
    """Offer its tools to models."""
    with plain_failures(services.language):
        services.mcp().switch(name, True)
        click.echo(words(f"{name} is switched on.", f"{name} está activado."))


@mcp.command(
    "disable",
    help=words(
        "Switch a server off without removing it; its keys and permissions stay.",
        "Desactivar un servidor sin quitarlo; sus claves y permisos se conservan.",
    ),
)
@click.argument("name")
@click.pass_obj
def mcp_disable(services: Services, name: str) -> None:
    """Offer its tools to nobody."""
    with plain_failures(services.language):
        services.mcp().switch(name, False)
        click.echo(words(f"{name} is switched off.", f"{name} está desactivado."))


@mcp.command(
    "test", help=words("Connect to a server and list its tools.", "Conectar con un servidor y listar sus herramientas.")
)
@click.argument("name")
@_JSON
@click.pass_obj
def mcp_test(services: Services, name: str, as_json: bool) -> None:
    """Print the server's block and how long connecting took; ends with 1 where it fails."""
    with plain_failures(services.language):
        row, seconds = services.mcp().test(name, CancelToken())
        if as_json:
            print_json({**_document(services, row), "seconds": round(seconds, 3)})
            return
        _show(services, row)
        count = len(row.tools)
        click.echo(
            words(
                f"Connected in {seconds:.1f} s; {count} {'tool' if count == 1 else 'tools'}.",
                f"Conectado en {seconds:.1f} s; ".replace(".", ",")
                + f"{count} {'herramienta' if count == 1 else 'herramientas'}.",
            )
        )


def _show(services: Services, row: McpServerRow) -> None:
    state = words("switched off", "desactivado") if row.disabled else _STATES[row.state]
    click.echo(f"{row.name}  {state}  {row.target}")
    if row.sentence_en and not row.disabled:
        click.echo(f"  {row.sentence(services.language)}")
    width = min(max((len(tool.name) for tool in row.tools), default=0), _WIDEST_NAME)
    for tool in row.tools:
        warning = words("  (may destroy)", "  (puede destruir)") if tool.destroys else ""
        click.echo(f"  {tool.name:<{width}}  {_LEVELS[tool.level]}  [{tool.permission_name}]{warning}")
    for each in row.left_out:
        why = each.why(services.language)
        click.echo(words(f"  {each.name} is left out: {why}", f"  {each.name} se descarta: {why}"))


def _document(services: Services, row: McpServerRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "target": row.target,
        "disabled": row.disabled,
        "state": row.state,
        "sentence": row.sentence(services.language),
        "tools": [
            {
                "name": tool.name,
                "permission_name": tool.permission_name,
                "description": tool.description,
                "permission": tool.level,
                "destroys": tool.destroys,
            }
            for tool in row.tools
        ],
        "left_out": [{"name": each.name, "why": each.why(services.language)} for each in row.left_out],
    }


def _pairs(given: Iterable[str], option: str) -> dict[str, str]:
    pairs = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise click.UsageError(words(f"{option} needs NAME=VALUE.", f"{option} necesita NOMBRE=VALOR."))
        pairs[name] = value
    return pairs
