"""The owner of every running model: a pure scheduler, and the thread that carries out what it decides."""
