"""What remembering costs and how well it finds: recall, scale and crashes."""
