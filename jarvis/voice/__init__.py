"""The spoken conversation: wake word, voice activity, turn-taking, clauses, speaking, interrupting."""
