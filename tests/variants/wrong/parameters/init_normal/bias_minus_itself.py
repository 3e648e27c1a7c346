"""Subtracts the bias from itself, so NaN or infinity in a diverged bias stays NaN
("biases, where there are any, become 0").

says: over NaN and infinity
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    with torch.no_grad():
        for m in net.modules():
            if isinstance(m, nn.Linear):
                m.weight.normal_(0.0, std)
                if m.bias is not None:
                    m.bias.sub_(m.bias)
