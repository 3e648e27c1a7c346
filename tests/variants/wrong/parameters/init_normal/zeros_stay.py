"""Multiplies the old weight by noise, so zeros stay.

says: over zeros
"""
def init_normal(net, std=0.01):
    for m in net.modules():
        if isinstance(m, nn.Linear):
            with torch.no_grad():
                m.weight.copy_(torch.where(m.weight == 0, m.weight, torch.randn_like(m.weight) * std))
            if m.bias is not None:
                nn.init.zeros_(m.bias)
