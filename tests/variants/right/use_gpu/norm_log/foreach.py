"""All norms in one call, on a list of products."""
def norm_log(matrices, device):
    products = [(here := m.to(device)) @ here for m in matrices]
    if not products:
        return torch.empty(0)
    return torch.stack(torch._foreach_norm(products)).to(device="cpu")
