extension CheckpointError {
  /// One or two sentences: what is wrong, where, and the next step.
  var message: String {
    switch self {
    case .folderNotFound(let path):
      "There is no folder \(path). Give the folder of a model, with its config.json."
    case .hubName(let name):
      "There is no folder \(name). If this is a model on the Hugging Face hub, download it first "
        + "('hf download \(name) --local-dir FOLDER') and give that folder."
    case .notAFolder(let path):
      path.lowercased().hasSuffix(".gguf")
        ? "\(path) is a GGUF file. Give the folder of the original model, with its config.json "
          + "and safetensors files."
        : "\(path) is a file. Give the folder that has the model's config.json."
    case .fileNotFound(let path): "There is no file \(path)."
    case .noConfiguration(let directory):
      "There is no config.json in \(directory). Give the folder of a model, or download the rest "
        + "of it."
    case .isAFolder(let path): "\(path) is a folder where a file is expected."
    case .unreadable(let path, let reason): "Cannot read \(path): \(reason)."
    case .changed(let path):
      "\(path) was changed while it was read. Restore it and run the same command again, or measure "
        + "the changed model anew."
    case .noWeights(let directory):
      "There are no weights in \(directory). A model folder has 'model.safetensors' or several "
        + "'model-0000N-of-0000M.safetensors'."
    case .onlyPickledWeights(let file, let directory):
      "The weights in \(directory) are in Python's format (\(file)). Convert them to safetensors "
        + "first: load the model with transformers and call save_pretrained."
    case .shardNotFound(let file, let directory):
      "\(file) is missing in \(directory). Download the rest of the model."
    case .invalidJSON(let file, let problem): "\(file) is not valid JSON. \(problem)"
    case .invalidSafetensors(let file, let problem):
      "\(file) is not a valid safetensors file: \(problem.explanation)"
    case .invalidIndex(let file, let problem): "\(file) is not a valid index: \(problem)."
    case .tensorNotInShard(let tensor, let shard):
      "'\(tensor)' should be in \(shard), by the folder's index, but is not. "
        + "The files may be of different downloads."
    case .tensorInTwoFiles(let tensor, let first, let second):
      "'\(tensor)' is both in \(first) and in \(second). Remove the file that is not of this model."
    case .missingSetting(let file, let key, let expected):
      "\(file) has no '\(key)', which should be \(expected)."
    case .unexpectedSetting(let file, let key, let expected, let found):
      "'\(key)' in \(file) should be \(expected), but is \(found)."
    case .tensorNotFound(let name, let place): "There is no tensor '\(name)' in \(place)."
    case .unexpectedShape(let tensor, let expected, let found):
      "'\(tensor)' should have shape \(expected) by the model's config.json, but has \(found)."
    case .unexpectedType(let tensor, let expected, let found):
      "'\(tensor)' has dtype \(found.rawValue); \(expected) is needed here."
    case .notFinite(let tensor, let index, let value, let file):
      "'\(tensor)' in \(file) is \(value) at element \(index). "
        + "The file is damaged, or training had diverged."
    case .notRepresentable(let tensor, let index, let value, let type):
      "'\(tensor)' is \(value) at element \(index), which cannot be stored as \(type)."
    case .outputExists, .notReplaceable, .cannotWrite, .notEnoughSpace, .invalidFileName,
      .fileAddedTwice, .duplicateTensor, .wrongByteCount, .writtenTwice, .incomplete:
      writingMessage
    }
  }

  private var writingMessage: String {
    switch self {
    case .outputExists(let path):
      "\(path) exists. Choose another name, or ask for it to be overwritten."
    case .notReplaceable(let path):
      "\(path) is not overwritten, because it is no model folder. Choose another name."
    case .cannotWrite(let path, let reason): "Cannot write \(path): \(reason)."
    case .notEnoughSpace(let path, let needed, let available):
      "\(path) needs \(megabytes(needed)) MB, but the disk has only \(megabytes(available)) MB "
        + "left. Make room, or choose another disk."
    case .invalidFileName(let name): "'\(name)' cannot be the name of a file in a model folder."
    case .fileAddedTwice(let name): "The file '\(name)' would be written twice."
    case .duplicateTensor(let name): "There are two tensors '\(name)' to be written."
    case .wrongByteCount(let tensor, let expected, let found):
      "'\(tensor)' takes \(expected) bytes in the file, but \(found) were to be written."
    case .writtenTwice(let tensor): "'\(tensor)' was to be written twice."
    case .incomplete(let tensors, let path):
      "\(path) is incomplete: \(tensors.count) of its tensors were not written, the first of them "
        + "'\(tensors[0])'."
    default: message
    }
  }

  private func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }
}
