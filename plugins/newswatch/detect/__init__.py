"""Detection: from counts and items to signals. Pure: data, rules and ``now`` in, values out."""
