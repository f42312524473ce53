"""The problem report: what helps to find a fault, and nothing of a person's videos or places."""
