"""The benchmark: a toy step side by side with other frameworks, and what the market promises about time and memory."""
