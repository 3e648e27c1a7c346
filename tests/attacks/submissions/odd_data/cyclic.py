"""Return a list that holds itself.

earns: CenteredLayer
outcome: failed
says: nested deeper
"""


class MyLinear(MyLinear):
    def forward(self, x):
        circle = []
        circle.append(circle)
        return circle
