package io.spendstream.query;

import io.spendstream.budget.Decision;
import java.util.function.UnaryOperator;

/** Sees what goes through the HTTP interface. Called on event loops: must not wait. */
public interface RequestObserver {

    /** Sees nothing. */
    RequestObserver NONE = new RequestObserver() {
        @Override
        public Exchange begin(String method, String path, UnaryOperator<String> header) {
            return Exchange.NONE;
        }

        @Override
        public void decided(Decision decision) {}
    };

    /**
     * A request came in.
     *
     * @param header finds a header by its name; null where there is none
     */
    Exchange begin(String method, String path, UnaryOperator<String> header);

    /** Admission answered. */
    void decided(Decision decision);

    /** A request under way. */
    interface Exchange {

        Exchange NONE = new Exchange() {
            @Override
            public Trace trace() {
                return Trace.NONE;
            }

            @Override
            public void end(String route, int status) {}
        };

        /** What is sent to others for this request carries it. */
        Trace trace();

        /**
         * The answer is sent, or the connection is gone. Called once.
         *
         * @param route as documented, such as {@code /v1/prices/{model}}; null where there is none
         * @param status of the answer; 499 where the caller was gone before it had one
         */
        void end(String route, int status);
    }
}
