"""Trains Jarvis' keyword network: `python -m benchmarks.wake.train [--out FILE] [--scale S] [--minutes M] ...`.

Everything it learns from is made here, nothing is downloaded: eSpeak's, flite's and festival's voices say the call and
the stop words, words that sound alike, and some thousand sentences; they are put into rooms, noise and microphones, and
over Jarvis' own voice through its echo canceller. The last two are there after `apt-get install flite festival
festvox-kallpc16k festvox-kdlpc16k festvox-ca-ona-hts festvox-italp16k festvox-itapc16k festvox-czech-dita
festvox-czech-krb festvox-czech-machac festvox-czech-ph`. No voice that `benchmarks.wake` holds out, and none of its
sentences, is among them. Needs torch.

First everything is said once and kept in `--folder`, in four minutes. Then one process trains and another one makes
clips, each on a core of its own: in a second, 14 batches of 64 are learned from and 100 new clips are made. When two
fifths of the time are gone it also learns from what it wrongly hears a word in. The next run uses all of it again.
The weights in `assets/voice/calls.onnx` saw about 94 000 batches in several runs, each started (`--start`) with what
the one before had reached, on sound that earlier versions of this program made: 21 000 with 64 channels, then 73 000
with 96 (`--channels 96 --calls`), the last 53 000 with the Czech voices. Those in `assets/voice/keywords.onnx`, which
hears stop words, saw 2 500 with 64; those in `assets/voice/stops.onnx`, which does so over Jarvis' own voice, are the
call's after another 9 300 batches, in which stop words were due within a tenth of a second. All three have a score for
the call: the second look at what almost sounded like one takes their mean, which tells talk from calls better.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.wake.training.network import KeywordNetwork
    from benchmarks.wake.training.pool import Pool

SEED = 7
SHARES = {
    "call": 0.27,
    "stop": 0.19,
    "near_call": 0.09,
    "stop_like": 0.05,
    "with_stop": 0.05,
    "cut_call": 0.06,
    "talk": 0.15,
    "noise": 0.02,
    "own": 0.12,
    "mined": 0.10,
}
"""How often each kind is drawn while the network learns."""

CALL_SHARES = {
    "call": 0.38,
    "stop": 0.05,
    "near_call": 0.13,
    "stop_like": 0.02,
    "with_stop": 0.02,
    "cut_call": 0.08,
    "talk": 0.19,
    "noise": 0.02,
    "own": 0.05,
    "mined": 0.12,
}
"""The same for a network of which only the call is used."""

MINING_FROM = 0.4
"""Share of the time after which what it wrongly hears is learned from as well."""

_LOOK_SECONDS = 5.0


def main() -> None:
    """Make what is missing, train, and write the network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("keywords.onnx"), help="file that the network is written to")
    parser.add_argument("--folder", type=Path, default=Path("keyword-training"), help="where sound is kept")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the utterances that are made")
    parser.add_argument("--minutes", type=float, default=30.0, help="of training, on this computer")
    parser.add_argument(
        "--start", type=Path, help="weights that an earlier run left beside its network, or narrower ones"
    )
    parser.add_argument("--channels", type=int, default=64, help="width of the network")
    parser.add_argument("--calls", action="store_true", help="learn the call above all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    import torch

    from benchmarks.wake.training.library import library
    from benchmarks.wake.training.making import making

    torch.set_num_threads(options.threads)
    said = options.folder / "said.pickle"
    if not said.is_file():
        kept = library(options.seed, options.scale, _tell)
        said.write_bytes(pickle.dumps(kept, protocol=5))
    with making(options.folder / "clips", said, options.seed) as alive:
        _train(options, alive)


def _train(options: argparse.Namespace, alive: Callable[[], bool]) -> None:
    import torch

    from benchmarks.wake.training.fit import fit
    from benchmarks.wake.training.network import KeywordNetwork, widened, write
    from benchmarks.wake.training.pool import Pool

    torch.manual_seed(options.seed)
    network = (
        widened(torch.load(options.start), options.channels) if options.start else KeywordNetwork(options.channels)
    )
    pool = Pool(CALL_SHARES if options.calls else SHARES)
    trained = fit(
        network,
        pool,
        seed=options.seed,
        seconds=options.minutes * 60,
        now_and_then=_filling(pool, network, options.folder / "clips", alive),
        tell=_tell,
    )
    write(trained, options.out)
    torch.save(trained.state_dict(), options.out.with_suffix(".pt"))
    _tell(f"written: {options.out}")


def _filling(pool: Pool, network: KeywordNetwork, folder: Path, alive: Callable[[], bool]) -> Callable[[float], None]:
    """Return what puts new chunks into the pool, and waits for the first one."""
    from benchmarks.wake.training.making import chunks, read
    from benchmarks.wake.training.mining import mined
    from benchmarks.wake.training.pool import MOST_CHUNKS

    seen: set[Path] = set()

    def fill(gone: float) -> None:
        while not (there := chunks(folder)):
            if not alive():
                raise SystemExit("the child that makes clips has ended; what it said is above")
            time.sleep(_LOOK_SECONDS)
        for path in there[:-MOST_CHUNKS]:
            path.unlink()
        for path in there[-MOST_CHUNKS:]:
            if path in seen:
                continue
            seen.add(path)
            made = read(path)
            hard = mined(network, made) if gone >= MINING_FROM else None
            pool.add(made if hard is None else {**made, "mined": hard})

    return fill


def _tell(what: str) -> None:
    print(time.strftime("%H:%M:%S"), what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
