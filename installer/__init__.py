"""Sets Jarvis up: finds out what the machine has, decides what to install, and installs it resumably.

Standard library only, because it runs before anything is installed. It knows nothing of Jarvis' own code
besides pyproject.toml, constraints.txt and the command `jarvis ask`.
"""
