"""Torch's fake tensors."""
def infer_shapes(net, input_shape):
    from torch._subclasses.fake_tensor import FakeTensorMode

    twin = copy.deepcopy(net).eval()
    result = []
    for name, m in twin.named_modules():
        if not list(m.children()):
            m.register_forward_hook(
                lambda m, a, y, name=name: result.append((name, tuple(y.shape)))
            )
    with FakeTensorMode(allow_non_fake_inputs=True):
        twin(torch.empty(input_shape, dtype=torch.float32))
    return result
