"""How well the wake word is heard and left alone: `python -m benchmarks.wake`."""
