"""What the machine has and what it is doing: sampled, never guessed."""
