import LinuxKernel
import PacketScript
import Stories
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A packet script file, and what was found in it.
public struct ScriptFile {
    /// Why there is no script to run.
    public enum Problem: Error {
        /// The file cannot be read.
        case missing(SystemError)
        /// The script has no packet and no call, so that nothing could fail and nothing would be tested.
        case empty
        /// The file's contents are not a valid script.
        case wrong(ScriptError)
    }

    /// The file's path as it was given.
    public let path: String
    /// The script, or why there is none.
    public let script: Result<PacketScript, Problem>

    /// Reads the file.
    ///
    /// - Parameter definitions: the values of names that the script uses.
    public init(path: String, defining definitions: ScriptDefinitions = ScriptDefinitions()) {
        self.path = path
        do throws(Problem) {
            script = .success(try Self.script(at: path, definitions))
        } catch {
            script = .failure(error)
        }
    }

    private static func script(
        at path: String, _ definitions: ScriptDefinitions
    ) throws(Problem) -> PacketScript {
        let octets: [UInt8]
        let script: PacketScript
        do { octets = try read(path) } catch { throw .missing(error) }
        do { script = try PacketScript(octets, defining: definitions) } catch { throw .wrong(error) }
        guard script.count > 0 else { throw .empty }
        return script
    }

    private static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open") }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // One octet more than is allowed is enough to reject the file.
        while octets.count <= PacketScript.longest {
            let count = unsafe system_read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw SystemError.last("read") }
            guard count > 0 else { break }
            octets += buffer.prefix(count)
        }
        return octets
    }
}

/// The result for a file.
public struct ScriptRun {
    /// What happened to its script.
    public enum Outcome {
        case unread(ScriptFile.Problem)
        case ran(ScriptReport)
    }

    /// The path of the script's file as it was given.
    public let path: String
    /// What happened to the script.
    public let outcome: Outcome
    /// The address of the host under test.
    public let host: IPAddress?
    /// The script's connections, if they were asked for.
    public let stories: [ConnectionStory]

    /// Creates the result for a file. Stories are included only if its connections are to be shown.
    public init(path: String, outcome: Outcome, host: IPAddress? = nil, stories: [ConnectionStory] = []) {
        self.path = path
        self.outcome = outcome
        self.host = host
        self.stories = stories
    }

    /// The result in one word.
    public var verdict: ScriptVerdict {
        switch outcome {
        case .unread(.missing), .unread(.empty): .missing
        case .unread(.wrong(let error)): error.isUnsupported ? .unsupported : .syntax
        case .ran(let report):
            if let failure = report.failure { failure.isUnsupported ? .unsupported : .failed } else { .passed }
        }
    }
}

/// The result of a script in one word.
public enum ScriptVerdict: String, Codable {
    case passed, failed, syntax, missing, unsupported
}

// The system call, which has the same name as a method above.
private let system_read = unsafe read
