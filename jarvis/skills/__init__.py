"""Everything Jarvis can do with no model: sentence templates, slots, and one module per skill."""
