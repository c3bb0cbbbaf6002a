"""What is kept from leaving this computer, and who may do what: redaction, placeholders, default permissions.

Knows no table and no window; nothing here asks a language model.
"""
