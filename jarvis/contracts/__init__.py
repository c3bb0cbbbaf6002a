"""What the rooms of Jarvis say to each other: messages, events, errors and ports. Standard library only."""
