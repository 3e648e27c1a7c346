"""load_state_dict loads into the network, not into the averages.

says: load_state_dict does not change the averages
"""
class Ema(Ema):
    def load_state_dict(self, state):
        self.net.load_state_dict(state)
