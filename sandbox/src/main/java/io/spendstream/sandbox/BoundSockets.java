package io.spendstream.sandbox;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * Listening sockets that are bound before the broker starts. The broker's configuration must name its own ports, so a
 * free port has to be known first; holding the socket leaves no moment in which another process could take it.
 */
final class BoundSockets implements ServerSocketFactory, AutoCloseable {

    private static final int BACKLOG = 64;

    private final Map<String, ServerSocketChannel> byListener = new HashMap<>();

    /**
     * Binds a port of the loopback address for a listener.
     *
     * @param port 0 for a free one
     * @return the port that is bound
     */
    synchronized int bind(String listener, String service, int port) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            // The broker's acceptor registers it with a selector.
            socket.configureBlocking(false);
            socket.bind(new InetSocketAddress(loopback(), port), BACKLOG);
        } catch (BindException e) {
            socket.close();
            throw new PortInUse(service, port, e);
        }
        byListener.put(listener, socket);
        return ((InetSocketAddress) socket.getLocalAddress()).getPort();
    }

    static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
    }

    /** Hands over the bound socket; a listener that was not bound here is opened as the broker would. */
    @Override
    public synchronized ServerSocketChannel openServerSocket(
            String listener, InetSocketAddress address, int backlog, int receiveBufferBytes) throws IOException {
        ServerSocketChannel bound = byListener.remove(listener);
        return bound != null
                ? bound
                : ServerSocketFactory.INSTANCE.openServerSocket(listener, address, backlog, receiveBufferBytes);
    }

    /** Closes what was not handed over. */
    @Override
    public synchronized void close() {
        for (ServerSocketChannel socket : byListener.values()) {
            try {
                socket.close();
            } catch (IOException e) {
                // A listening socket holds no data: there is nothing to lose and nothing to do.
                continue;
            }
        }
        byListener.clear();
    }
}
