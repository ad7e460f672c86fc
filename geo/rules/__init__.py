"""One engine for every rule: specification, judgement, explanation."""
