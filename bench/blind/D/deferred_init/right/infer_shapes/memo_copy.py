"""Unusual: deepcopy with a memo that holds meta twins of all tensors, so that no value is ever copied, not even for a moment."""


def infer_shapes(net, input_shape):
    memo = {}
    for p in net.parameters():
        memo[id(p)] = nn.Parameter(torch.empty_like(p, device="meta"), p.requires_grad)
    for b in net.buffers():
        memo[id(b)] = torch.empty_like(b, device="meta")
    twin = copy.deepcopy(net, memo)
    result = []

    for name, module in twin.named_modules():
        module.training = False
        if next(module.children(), None) is None:
            module.register_forward_hook(
                lambda module, args, out, name=name: result.append((name, out.size()))
            )
    with torch.device("meta"), torch.no_grad():
        twin(torch.zeros(input_shape, dtype=torch.float))
    return result
