"""The training pipeline of our own name finder: invented calls, the network's training, its evaluation, its card.

Nothing here runs while calls are redacted. Everything is invented: word lists, exchanges and whole calls in `words/`,
`exchanges/` and `by_hand/` were written for this purpose, and no public collection of dialogues enters them.
"""
