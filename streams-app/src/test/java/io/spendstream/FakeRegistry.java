package io.spendstream;

import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.UnknownSchemaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** A schema registry in memory that can be down, and that notes what it was asked. */
public class FakeRegistry implements SchemaRegistry {

    private final Map<Integer, String> schemas = new TreeMap<>();
    private final List<Integer> asked = new ArrayList<>();
    private boolean down;
    private CountDownLatch answering = new CountDownLatch(0);

    public synchronized void down(boolean isDown) {
        down = isDown;
    }

    /** It hangs until then: it takes questions and does not answer. */
    public synchronized void answersWhen(CountDownLatch opened) {
        answering = opened;
    }

    /** Registers a schema under a number of the test's choice. */
    public synchronized void put(int id, String schema) {
        schemas.put(id, schema);
    }

    /** Ids that were asked for since the last call, also while it was down. */
    public synchronized List<Integer> asked() {
        List<Integer> ids = List.copyOf(asked);
        asked.clear();
        return ids;
    }

    @Override
    public synchronized int register(String subject, String schemaJson) {
        answer();
        for (Map.Entry<Integer, String> schema : schemas.entrySet()) {
            if (schema.getValue().equals(schemaJson)) {
                return schema.getKey();
            }
        }
        int id = 1_000 + schemas.size();
        schemas.put(id, schemaJson);
        return id;
    }

    @Override
    public synchronized String schemaById(int id) throws UnknownSchemaException {
        asked.add(id);
        answer();
        if (!schemas.containsKey(id)) {
            throw new UnknownSchemaException(id, "there is no schema " + id);
        }
        return schemas.get(id);
    }

    @Override
    public synchronized Map<Integer, String> versions(String subject) {
        answer();
        return Map.copyOf(schemas);
    }

    @Override
    public void setCompatibility(String subject, String level) {
        // Any schema is welcome.
    }

    private void answer() {
        if (down) {
            throw new RegistryUnavailableException("the registry is down", null);
        }
        try {
            answering.await();
        } catch (InterruptedException e) {
            throw new RegistryUnavailableException("interrupted", e);
        }
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
