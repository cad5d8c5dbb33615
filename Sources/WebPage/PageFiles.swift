import CPageFiles

/// The page's own files (style, modules), which are compiled into the program.
enum PageFiles {
    /// The text of a file; `nil` if there is no file with this name.
    static func text(_ name: String) -> String? {
        let files = unsafe UnsafeBufferPointer(start: page_file_list, count: page_file_count)
        let place = unsafe files.firstIndex { unsafe String(cString: $0.name) == name }
        guard let place else { return nil }
        let file = unsafe files[place]
        return unsafe String(decoding: UnsafeBufferPointer(start: file.octets, count: file.count), as: UTF8.self)
    }
}
