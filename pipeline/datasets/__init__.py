"""The form of a training dataset: shards, index, signed manifest, recall list, and the trainer's own check of them."""
