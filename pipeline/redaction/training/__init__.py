"""The training pipeline of our own name finder: invented calls, the network's training, its evaluation, its card.

Nothing here runs while calls are redacted. Everything is invented: word lists and exchanges in `words/` and
`exchanges/` were written for this purpose, and no public collection of dialogues enters them.
"""
