package io.spendstream.query;

import io.spendstream.usage.Dimension;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cell of the cube can be grouped and filtered by: the fixed dimensions, then the configured tags as
 * {@code tags.<key>}.
 *
 * @param tags keys of the tags that are dimensions, in configured order
 */
public record CubeDimensions(List<String> tags) {

    /** The one attribute that is no dimension of the cube but has totals of its own, per tenant and UTC day. */
    public static final String USER = "user";

    private static final String TAG_PREFIX = "tags.";

    public CubeDimensions {
        tags = List.copyOf(tags);
    }

    /** Names in queries, in the order of a cell's values. */
    public List<String> fields() {
        List<String> fields = new ArrayList<>(Dimension.fields());
        tags.forEach(tag -> fields.add(TAG_PREFIX + tag));
        return fields;
    }

    /** Names that a query can group and filter by: {@link #fields()} and {@link #USER}. */
    public List<String> queryFields() {
        List<String> fields = fields();
        fields.add(USER);
        return fields;
    }

    /** The place of a field's value in a cell, or -1 where there is no such dimension. */
    public int indexOf(String field) {
        return fields().indexOf(field);
    }
}
