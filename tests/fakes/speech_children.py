"""Real children and a real network service for the speech tests, and a Piper voice of 893 bytes."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Sequence
from pathlib import Path

from jarvis.engines.speech.wyoming_connection import import_wyoming
from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry


class ChildFactory:
    """Makes children whose logs and notes lie below `folder`, and remembers them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._registry = ChildRegistry(folder / "run")
        self.children: list[Child] = []

    def __call__(self, name: str, module: str, arguments: Sequence[str]) -> Child:
        child = Child(
            name=name,
            module=module,
            arguments=arguments,
            log=self._folder / f"child{len(self.children)}.log",
            registry=self._registry,
            mode="pipes",
        )
        self.children.append(child)
        return child

    def stop(self) -> None:
        for child in self.children:
            child.kill()


class WyomingServer:
    """A Wyoming service on a loopback port that hears `text` and says a tone, without any extension of ours.

    With `streams` its first word comes after the first sound; without `says_transcript` a stream is all there is.
    `port` 0 takes a free one.
    """

    def __init__(self, text: str = "what time is it", language: str = "en", *, port: int = 0) -> None:
        import_wyoming()
        self.text, self.language = text, language
        self.heard_bytes = 0
        self.requests: list[str] = []
        self.fail_next = False
        self.streams = False
        self.says_transcript = True
        self.asked: dict[str, object] = {}
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                from wyoming.event import read_event

                while (event := read_event(self.rfile)) is not None:
                    outer.requests.append(event.type)
                    outer._answer(event, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                outer.requests.append("hung-up")

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, event, out) -> None:
        from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
        from wyoming.audio import AudioChunk, AudioStart, AudioStop
        from wyoming.error import Error
        from wyoming.event import write_event
        from wyoming.info import Info

        if self.fail_next and event.type in ("audio-stop", "synthesize"):
            self.fail_next = False
            write_event(Error(text="out of {memory}").event(), out)
        elif event.type == "describe":
            write_event(Info().event(), out)
        elif event.type == "transcribe":
            self.asked = dict(event.data)
        elif event.type == "audio-chunk":
            self.heard_bytes += len(event.payload)
            if self.streams and self.requests.count("audio-chunk") == 1:
                write_event(TranscriptStart(language=self.language).event(), out)
                write_event(TranscriptChunk(text=self.text.split()[0]).event(), out)
        elif event.type == "audio-stop":
            if self.streams:
                write_event(TranscriptChunk(text=self.text[len(self.text.split()[0]) :]).event(), out)
                write_event(TranscriptStop().event(), out)
            if self.says_transcript:
                write_event(Transcript(text=self.text, language=self.language).event(), out)
        elif event.type == "synthesize":
            write_event(AudioStart(rate=16000, width=2, channels=1).event(), out)
            for _ in range(len(event.data["text"])):
                write_event(AudioChunk(rate=16000, width=2, channels=1, audio=b"\1\0" * 160).event(), out)
            write_event(AudioStop().event(), out)


def toy_piper_voice(path: Path) -> Path:
    """Write a Piper voice that says a tone of 60 ms per phoneme, and return its path; it has no weights."""
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    path.write_bytes(base64.b64decode("".join(_TOY_VOICE)))
    about = {
        "audio": {"sample_rate": 16000},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": 256,
        "num_speakers": 1,
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    Path(f"{path}.json").write_text(json.dumps(about), encoding="utf-8")
    return path


_TOY_VOICE = (
    "CAg68gYKKwoGc2NhbGVzCgV3aGljaBIFc2NhbGUiBkdhdGhlcioLCgRheGlzGACgAQIKIwoFc2NhbGUKC3Blcl9waG9uZW1lEghsZW5ndGhfZi"
    "IDTXVsCiMKCGxlbmd0aF9mEgZsZW5ndGgiBENhc3QqCQoCdG8YB6ABAgogCgZsZW5ndGgKA29uZRIIbGVuZ3RoXzEiB1Jlc2hhcGUKHQoFaW5w"
    "dXQSA2lkcyIEQ2FzdCoJCgJ0bxgBoAECChoKA2lkcwoFaGVydHoSB3BpdGNoZXMiA011bAojCgdwaXRjaGVzCgRsYXN0Egdjb2x1bW5zIglVbn"
    "NxdWVlemUKMQoDb25lCgNvbmUKCGxlbmd0aF8xEgZyZXBlYXQiBkNvbmNhdCoLCgRheGlzGACgAQIKHQoHY29sdW1ucwoGcmVwZWF0EgRoZWxk"
    "IgRUaWxlCiIKBHplcm8KBmxlbmd0aAoEc3RlcBIFdGlja3MiBVJhbmdlCiEKBXRpY2tzEgd0aWNrc19mIgRDYXN0KgkKAnRvGAGgAQIKGgoHdG"
    "lja3NfZgoEdHVybhIEdGltZSIDTXVsChgKBGhlbGQKBHRpbWUSBXBoYXNlIgNNdWwKEgoFcGhhc2USBHdhdmUiA1NpbgocCgR3YXZlCghsb3Vk"
    "bmVzcxIFc291bmQiA011bAoeCgVzb3VuZAoEZmxhdBIGb3V0cHV0IgdSZXNoYXBlEgN0b3kqExAHQgV3aGljaEoIAQAAAAAAAAAqFRABQgtwZX"
    "JfcGhvbmVtZUoEAABwRCoSEAdCBHplcm9KCAAAAAAAAAAAKhIQB0IEc3RlcEoIAQAAAAAAAAAqEwgBEAdCA29uZUoIAQAAAAAAAAAqJAgDEAdC"
    "BGZsYXRKGAEAAAAAAAAAAQAAAAAAAAD//////////yoUCAEQB0IEbGFzdEoIAgAAAAAAAAAqDxABQgVoZXJ0ekoEAABAQSoSEAFCCGxvdWRuZX"
    "NzSgSamZk+Kg4QAUIEdHVybkoELuPNOVofCgVpbnB1dBIWChQIBxIQCgIIAQoKEghwaG9uZW1lc1obCg1pbnB1dF9sZW5ndGhzEgoKCAgHEgQK"
    "AggBWhQKBnNjYWxlcxIKCggIARIECgIIA2IjCgZvdXRwdXQSGQoXCAESEwoCCAEKAggBCgkSB3NhbXBsZXNCBAoAEA8="
)
"""An ONNX graph of 893 bytes: each phoneme id times 12 Hz is held for 960 samples times the length scale, as a sine."""
