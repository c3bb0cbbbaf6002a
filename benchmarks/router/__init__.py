"""The router's trained head: `python -m benchmarks.router.train` fits it, `python -m benchmarks.router` measures it.

Both take the rows (`{"text", "domain", "weak_correct", "strong_correct"}` per line, gzip or plain) as an argument: they
are not part of this repository. The committed head is `assets/router/head.npz`.
"""
