package io.spendstream.acceptance;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** The standard authorizer, which also keeps what it allowed whom. The broker makes it by its name. */
public final class RecordingAuthorizer extends StandardAuthorizer {

    /**
     * What was allowed.
     *
     * @param user such as {@code User:app}
     */
    record Allowed(String user, ResourceType type, String name, AclOperation operation) {}

    private static final Set<Allowed> ALLOWED = ConcurrentHashMap.newKeySet();

    /** What brokers of this process have allowed so far. */
    static Set<Allowed> allowed() {
        return Set.copyOf(ALLOWED);
    }

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = super.authorize(context, actions);
        for (int i = 0; i < actions.size(); i++) {
            if (results.get(i) == AuthorizationResult.ALLOWED) {
                Action action = actions.get(i);
                ALLOWED.add(new Allowed(
                        context.principal().toString(),
                        action.resourcePattern().resourceType(),
                        action.resourcePattern().name(),
                        action.operation()));
            }
        }
        return results;
    }
}
