"""Send a script to the page of whoever reads.

earns: CenteredLayer
outcome: failed
"""


class MyLinear(MyLinear):
    def forward(self, x):
        raise ValueError("<script>alert(1)</script><img src=x onerror=alert(2)>")

    def __repr__(self):
        return "<script>alert(1)</script><img src=x onerror=alert(2)>"
