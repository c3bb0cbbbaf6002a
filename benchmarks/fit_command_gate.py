"""Fits the weights of `jarvis.engines.children.command_gate` and says how well they separate.

    python -m benchmarks.fit_command_gate [--jobs N]

Every voice of `benchmarks.recognition`, also the ones that pocketsphinx hardly understands, says every command and
every other sentence of `off_grammar_en.txt`. Good is what the grammar understood as the same skill with the same slots;
bad is all the rest, misheard commands too. A logistic model with a small quadratic penalty is fitted by Newton's
method. The log odds that are reported for choosing the threshold are of voices and sentences that the model was not
fitted on.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.recognition import NOT_CHOSEN_ESPEAK, Tally, hear, lines, spoken, voices
from jarvis.app.command_listener import listening_files
from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser
from jarvis.settings.folders import folders

PENALTY = 0.1
FOLDS = 4
STEPS = 50

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Example:
    """One utterance: the features of its evidence, and whether the grammar's words mean what was said."""

    voice: str
    sentence: str
    command: bool
    right: bool
    features: tuple[float, ...]
    text: str


def examples(folder: Path, voice: str, number: int) -> list[Example]:
    """Return what `voice` gives; `number` says which half of the other sentences it says."""
    recogniser = CommandRecogniser(folder)
    found = []
    for name in ("commands_en.txt", "off_grammar_en.txt"):
        command = name == "commands_en.txt"
        for sentence in lines(name) if command else lines(name)[number % 2 :: 2]:
            heard = hear(recogniser, spoken(sentence, voice))
            tally = Tally()
            tally.heard(sentence, heard.grammar_text, accepted=bool(heard.grammar_text))
            found.append(
                Example(
                    voice=voice,
                    sentence=sentence,
                    command=command,
                    right=command and tally.understood == 1,
                    features=heard.evidence.features(),
                    text=heard.grammar_text,
                )
            )
    return found


def fitted(features: Numbers, right: Numbers) -> Numbers:
    """Return the weights of the logistic model."""
    weights = np.zeros(features.shape[1])
    penalty = PENALTY * np.eye(len(weights))
    penalty[0, 0] = 1e-6
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        slope = features.T @ (chance - right) + penalty @ weights
        curve = (features * (chance * (1 - chance))[:, None]).T @ features + penalty
        weights -= np.linalg.solve(curve, slope)
    return weights


def held_out_log_odds(found: list[Example], features: Numbers, right: Numbers) -> Numbers:
    """Return the log odds of each example by a model that knows neither its voice nor its sentence."""
    sentences = sorted({one.sentence for one in found})
    fold = np.array([sentences.index(one.sentence) % FOLDS for one in found])
    voice = np.array([one.voice for one in found])
    odds = np.zeros(len(found))
    for name in set(voice):
        for number in range(FOLDS):
            known = (voice != name) & (fold != number)
            asked = (voice == name) & (fold == number)
            odds[asked] = features[asked] @ fitted(features[known], right[known])
    return odds


def main() -> None:
    """Hear, fit and print."""
    parser = argparse.ArgumentParser(description="Weights of the command gate")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder = listening_files(folders().cache)
    everybody = [*voices(), *NOT_CHOSEN_ESPEAK]
    with ProcessPoolExecutor(options.jobs) as pool:
        heard = pool.map(examples, [folder] * len(everybody), everybody, range(len(everybody)))
        found = [one for each in heard for one in each]
    features = np.array([one.features for one in found])
    right = np.array([float(one.right) for one in found])
    odds = held_out_log_odds(found, features, right)
    print("WEIGHTS =", tuple(round(float(weight), 3) for weight in fitted(features, right)))
    worst = sorted(zip(odds, found, strict=True), key=lambda pair: -pair[0])
    for value, one in [pair for pair in worst if not pair[1].right][:15]:
        print(f"{value:6.2f} {one.voice}: {one.sentence} | {one.text}")
    commands = np.array([one.command for one in found])
    chosen = np.array([one.command and one.voice in voices() for one in found])
    for least in np.arange(-1.0, 3.1, 0.25):
        taken = odds > least
        understood = 100 * (taken & chosen & (right > 0)).sum() / chosen.sum()
        misheard, other = (taken & commands & (right == 0)).sum(), (taken & ~commands).sum()
        print(f"log odds > {least:5.2f}: understood {understood:.1f} %, misheard commands {misheard}, other {other}")


if __name__ == "__main__":
    main()
