package io.spendstream.acceptance.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One connection of a load generator, with at most one request under way. It knows just enough of HTTP for answers that
 * say their length: a full client would need more of the processor than the server it measures.
 */
final class HttpLine {

    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final int STATUS_AT = "HTTP/1.1 ".length();
    private static final int ANSWER_BYTES_MAX = 64 << 10;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(ANSWER_BYTES_MAX);
    private int bodyAt;
    private int end;

    private HttpLine(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects; the line is the attachment of its key. */
    static HttpLine open(URI address, Selector selector) throws IOException {
        return open(address, selector, null);
    }

    /** Connects, for somebody who is the attachment of its key; null: the line itself. */
    static HttpLine open(URI address, Selector selector, Object user) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(address.getHost(), address.getPort()));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        HttpLine line = new HttpLine(channel);
        channel.register(selector, SelectionKey.OP_READ, user == null ? line : user);
        return line;
    }

    /** A GET request. */
    static byte[] get(URI address, String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: " + address.getAuthority() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A POST request with a JSON body, in ASCII. */
    static byte[] post(URI address, String path, String json) {
        return ("POST " + path + " HTTP/1.1\r\nHost: " + address.getAuthority()
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n" + json)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends a request, which is small enough for the system to take it at once, or nearly. */
    void send(byte[] request) throws IOException {
        in.clear();
        end = 0;
        ByteBuffer out = ByteBuffer.wrap(request);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** Reads what has come; answers whether the answer is whole. */
    boolean read() throws IOException {
        if (channel.read(in) < 0) {
            throw new EOFException("the server has closed a connection");
        }
        if (end == 0) {
            readHead();
        }
        return end > 0 && in.position() >= end;
    }

    private void readHead() {
        byte[] bytes = in.array();
        for (int i = 3; i < in.position(); i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
                bodyAt = i + 1;
                end = bodyAt + bodyLength();
                return;
            }
        }
    }

    private int bodyLength() {
        byte[] bytes = in.array();
        for (int i = 0; i + LENGTH.length < bodyAt; i++) {
            if (isLength(i)) {
                int length = 0;
                for (int at = i + LENGTH.length; bytes[at] != '\r'; at++) {
                    length = bytes[at] == ' ' ? length : 10 * length + bytes[at] - '0';
                }
                return length;
            }
        }
        throw new IllegalStateException("an answer does not say its length");
    }

    private boolean isLength(int at) {
        for (int i = 0; i < LENGTH.length; i++) {
            if ((in.get(at + i) | 0x20) != (LENGTH[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    int status() {
        return 100 * digit(STATUS_AT) + 10 * digit(STATUS_AT + 1) + digit(STATUS_AT + 2);
    }

    private int digit(int at) {
        return in.get(at) - '0';
    }

    /** Whether the body begins so. */
    boolean bodyStartsWith(byte[] prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (bodyAt + i >= end || in.get(bodyAt + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    String body() {
        return new String(in.array(), bodyAt, end - bodyAt, StandardCharsets.UTF_8);
    }
}
