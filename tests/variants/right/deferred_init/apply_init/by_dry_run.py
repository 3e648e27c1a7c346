"""Uses dry_run, and a loop."""
def apply_init(net, inputs, init):
    if not isinstance(inputs, tuple):
        inputs = (inputs,)
    dry_run(net, *inputs)
    for module in net.modules():
        init(module)
    return net
