import ByteJSON

/// Spreads tensors over files of at most `shardBytes` of contents, in the order given. A larger
/// tensor gets a file of its own.
func distributed(_ tensors: [TensorDescription], shardBytes: Int) -> [[TensorDescription]] {
  var shards: [[TensorDescription]] = [[]]
  var bytes = 0
  for tensor in tensors {
    if bytes + tensor.byteCount > shardBytes, !shards[shards.count - 1].isEmpty {
      shards.append([])
      bytes = 0
    }
    shards[shards.count - 1].append(tensor)
    bytes += tensor.byteCount
  }
  return shards
}

/// The content of `model.safetensors.index.json`, laid out as transformers does it.
func shardIndexJSON(fileOfTensor: [String: String], contentBytes: Int) -> String {
  let entries = fileOfTensor.sorted { $0.key < $1.key }
    .map { "    \(quotedJSON($0.key)): \(quotedJSON($0.value))" }
    .joined(separator: ",\n")
  return """
    {
      "metadata": {
        "total_size": \(contentBytes)
      },
      "weight_map": {
    \(entries)
      }
    }

    """
}
