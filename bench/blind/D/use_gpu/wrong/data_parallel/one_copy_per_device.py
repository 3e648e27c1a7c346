"""Parts on the same device share one set of copies, so the second part meets buffers that the first has changed ("a part meets copies of the ... buffers of net", "A device may be listed several times")."""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    devices = [torch.device(device) for device in devices]
    size = -(-len(x) // len(devices))
    copies = {}
    outputs = []
    for part, device in zip(x.split(size), devices):
        if device not in copies:
            copies[device] = {
                name: tensor.to(device, copy=True)
                for tensors in (net.named_parameters(), net.named_buffers())
                for name, tensor in tensors
            }
        output = functional_call(net, copies[device], (part.to(device),))
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
