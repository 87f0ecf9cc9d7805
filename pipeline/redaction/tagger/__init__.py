"""Our own name finder: a small network that reads a whole conversation, word by word, with the dialogue beside it.

It answers for each word how likely it is to be personal, and what. Words are embedded as spaCy's own entity recogniser
embeds them (its first layers are where ours began); the questions still open, the kind of number, and what word lists
say are added. It was trained on invented calls only: `pipeline/redaction/training`, `MODEL_CARD.md`.
"""
