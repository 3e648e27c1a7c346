r"""Send what templates and markup of the kit's own tools would take for theirs.

earns: CenteredLayer
outcome: failed
says: raises \{0\.__class__\}
"""

Evil = type("{0.__class__}{error.values}[red]{{ 7 * 7 }}", (Exception,), {})


class MyLinear(MyLinear):
    def forward(self, x):
        raise Evil("{fault} {0} {} %s %(x)s ${HOME} [link=file:///etc/passwd]x[/]")
