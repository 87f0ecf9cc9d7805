"""Human work: an actor, a target, a reason."""
