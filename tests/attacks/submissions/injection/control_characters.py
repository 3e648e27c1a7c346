"""Turn the direction of the text and hide its end.

earns: CenteredLayer
outcome: failed
"""


class MyLinear(MyLinear):
    def forward(self, x):
        raise ValueError("\u202egnorw ton \u2066\x00\x08\x7f\u2028passed")

    def __repr__(self):
        return "\u202egnorw ton \u2066\x00\x08\x7f\u2028passed"
