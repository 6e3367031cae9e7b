package io.spendstream.sandbox.registry;

/** Why the registry refuses a request, with Confluent's error codes, which clients decide by. */
enum RegistryFault {
    BAD_REQUEST(400, 400, "%s"),
    UNKNOWN_PATH(404, 404, "HTTP 404 Not Found: %s is not a path of the schema registry"),
    SUBJECT_NOT_FOUND(404, 40401, "Subject '%s' not found."),
    VERSION_NOT_FOUND(404, 40402, "Version %s not found."),
    SCHEMA_NOT_FOUND(404, 40403, "Schema %snot found"),
    SUBJECT_SOFT_DELETED(404, 40404, "Subject '%s' was soft deleted. Set permanent=true to delete permanently"),
    SUBJECT_NOT_SOFT_DELETED(404, 40405, "Subject '%s' was not deleted first before being permanently deleted"),
    VERSION_SOFT_DELETED(
            404, 40406, "Subject '%s' Version %s was soft deleted. Set permanent=true to delete permanently"),
    VERSION_NOT_SOFT_DELETED(
            404, 40407, "Subject '%s' Version %s was not deleted first before being permanently deleted"),
    NO_SUBJECT_CONFIG(404, 40408, "Subject '%s' does not have subject-level compatibility configured"),
    NO_SUBJECT_MODE(404, 40409, "Subject '%s' does not have subject-level mode configured"),
    METHOD_NOT_ALLOWED(405, 405, "HTTP 405 Method Not Allowed: %s"),
    INCOMPATIBLE(409, 409, "Schema being registered is incompatible with an earlier schema for subject \"%s\": %s"),
    BODY_TOO_LARGE(413, 413, "The request's body is larger than %s bytes"),
    INVALID_SCHEMA(422, 42201, "Invalid schema: %s"),
    INVALID_VERSION(
            422,
            42202,
            "The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the"
                    + " string \"latest\""),
    INVALID_COMPATIBILITY(
            422,
            42203,
            "Invalid compatibility level '%s'. Valid values are none, backward, forward, full, backward_transitive,"
                    + " forward_transitive, and full_transitive"),
    INVALID_MODE(422, 42204, "Invalid mode '%s'. The development registry knows only READWRITE"),
    NOT_IN_IMPORT_MODE(
            422, 42205, "Subject '%s' is not in import mode: the development registry gives ids and versions itself"),
    INVALID_SUBJECT(422, 42208, "The specified subject '%s' is not valid: 1 to 255 characters, none a control one"),
    FULL(422, 42299, "The development registry holds at most %s schemas"),
    BACKEND(500, 50001, "%s");

    final int status;
    final int code;
    private final String template;

    RegistryFault(int status, int code, String template) {
        this.status = status;
        this.code = code;
        this.template = template;
    }

    RegistryException with(Object... details) {
        return new RegistryException(this, template.formatted(details));
    }
}
