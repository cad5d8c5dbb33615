#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A system call that failed.
public struct SystemError: Error, Hashable, Sendable {
    /// The name of the system call's manual page.
    public let call: String
    /// The errno that the call set.
    public let code: Int32

    /// Creates the error of a call that failed with this errno.
    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The C library's message for the errno: `Permission denied`.
    public var message: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// ``message`` in Chinese, in the wording of glibc's own translation, for the errors of sockets and files; for
    /// other errors in English.
    public var chineseMessage: String { Self.chinese[code] ?? message }

    private static let chinese: [Int32: String] = [
        EPERM: "不允许的操作", ENOENT: "没有那个文件或目录", EINTR: "被信号中断", EIO: "输入/输出错误", EBADF: "错误的文件描述符",
        EAGAIN: "资源暂时不可用", ENOMEM: "内存不足", EACCES: "权限不够", EBUSY: "设备或资源忙", EEXIST: "文件已存在",
        ENODEV: "没有那个设备", ENOTDIR: "不是目录", EISDIR: "是一个目录", EINVAL: "无效的参数", EMFILE: "打开的文件过多",
        ENFILE: "系统中打开的文件过多", ENOSPC: "设备上没有空间", EROFS: "只读文件系统", EPIPE: "断开的管道", ENXIO: "没有那个设备或地址",
        ENOSYS: "函数未实现", EPROTONOSUPPORT: "不支持的协议", EOPNOTSUPP: "不支持的操作", EAFNOSUPPORT: "协议不支持的地址族",
        EADDRINUSE: "地址已在使用", EADDRNOTAVAIL: "无法指定被请求的地址", ENETDOWN: "网络已关闭", ENETUNREACH: "网络不可达",
        ECONNABORTED: "连接被中止", ECONNRESET: "连接被对端重置", ENOBUFS: "没有可用的缓冲区空间", ENOTCONN: "传输端点尚未连接",
        ETIMEDOUT: "连接超时", ECONNREFUSED: "连接被拒绝", EHOSTDOWN: "主机已关闭", EHOSTUNREACH: "没有到主机的路由",
        EFBIG: "文件过大", ENAMETOOLONG: "文件名过长", ELOOP: "符号链接的层数过多", ESRCH: "没有那个进程",
        E2BIG: "参数列表过长", ENOEXEC: "可执行文件格式错误", ECHILD: "没有子进程", EFAULT: "错误的地址", EXDEV: "无效的跨设备链接",
        ENOTTY: "设备不支持该 ioctl 操作", ETXTBSY: "文本文件忙", ESPIPE: "非法的定位操作", EMLINK: "链接过多", EDOM: "参数超出函数定义域",
        ERANGE: "结果超出范围", EDEADLK: "已避免资源死锁", ENOLCK: "没有可用的锁", ENOTEMPTY: "目录非空", EOVERFLOW: "数值超出该类型的范围",
        EBADMSG: "错误的消息", EPROTO: "协议错误", EDQUOT: "超出磁盘配额", ESTALE: "失效的文件句柄", ECANCELED: "操作已取消",
        EINPROGRESS: "操作正在进行", EALREADY: "操作已在进行", ENOTSOCK: "在非套接字上进行套接字操作", EDESTADDRREQ: "需要目标地址",
        EMSGSIZE: "消息过长", EPROTOTYPE: "套接字不支持该协议类型", ENOPROTOOPT: "协议没有该选项", ESOCKTNOSUPPORT: "不支持的套接字类型",
        EPFNOSUPPORT: "不支持的协议族", ENETRESET: "网络连接因重置而断开", EISCONN: "传输端点已连接", ESHUTDOWN: "传输端点关闭后无法发送",
        ETOOMANYREFS: "引用过多，无法接合", EUSERS: "用户过多", ENOTBLK: "需要块设备", EILSEQ: "无效或不完整的多字节字符",
    ]

    /// The error of a call that has just failed, with the current errno.
    package static func last(_ call: String) -> SystemError { SystemError(call: call, code: errno) }
}

extension SystemError: CustomStringConvertible {
    /// The call and the message: `connect: Permission denied`.
    public var description: String { "\(call): \(message)" }

    /// ``description`` in Chinese.
    public var chineseDescription: String { "\(call)：\(chineseMessage)" }
}
