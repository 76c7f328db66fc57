"""Tables become notes: kinds, questions, context, quiz options, field HTML."""
