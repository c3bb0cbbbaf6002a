"""How the keyword network that Jarvis ships was trained: its voices, texts, rooms, and the network itself."""
