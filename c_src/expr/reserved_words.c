#include "expr/reserved_words.h"

#define W(word) SLICE_INIT(word)

// Byte order: found by halving.
static const Slice WORDS[] = {
    // clang-format off
    W("ABORT"), W("ABSOLUTE"), W("ACTION"), W("ADD"), W("AFTER"), W("AGENT"), W("AGGREGATE"), W("ALL"),
    W("ALLOCATE"), W("ALTER"), W("ANALYZE"), W("AND"), W("ANY"), W("ARCHIVE"), W("ARE"), W("ARRAY"),
    W("AS"), W("ASC"), W("ASCII"), W("ASENSITIVE"), W("ASSERTION"), W("ASYMMETRIC"), W("AT"), W("ATOMIC"),
    W("ATTACH"), W("ATTRIBUTE"), W("AUTH"), W("AUTHORIZATION"), W("AUTHORIZE"), W("AUTO"), W("AVG"),
    W("BACK"), W("BACKUP"), W("BASE"), W("BATCH"), W("BEFORE"), W("BEGIN"), W("BETWEEN"), W("BIGINT"),
    W("BINARY"), W("BIT"), W("BLOB"), W("BLOCK"), W("BOOLEAN"), W("BOTH"), W("BREADTH"), W("BUCKET"),
    W("BULK"), W("BY"), W("BYTE"), W("CALL"), W("CALLED"), W("CALLING"), W("CAPACITY"), W("CASCADE"),
    W("CASCADED"), W("CASE"), W("CAST"), W("CATALOG"), W("CHAR"), W("CHARACTER"), W("CHECK"), W("CLASS"),
    W("CLOB"), W("CLOSE"), W("CLUSTER"), W("CLUSTERED"), W("CLUSTERING"), W("CLUSTERS"), W("COALESCE"),
    W("COLLATE"), W("COLLATION"), W("COLLECTION"), W("COLUMN"), W("COLUMNS"), W("COMBINE"), W("COMMENT"),
    W("COMMIT"), W("COMPACT"), W("COMPILE"), W("COMPRESS"), W("CONDITION"), W("CONFLICT"), W("CONNECT"),
    W("CONNECTION"), W("CONSISTENCY"), W("CONSISTENT"), W("CONSTRAINT"), W("CONSTRAINTS"), W("CONSTRUCTOR"),
    W("CONSUMED"), W("CONTINUE"), W("CONVERT"), W("COPY"), W("CORRESPONDING"), W("COUNT"), W("COUNTER"),
    W("CREATE"), W("CROSS"), W("CUBE"), W("CURRENT"), W("CURSOR"), W("CYCLE"), W("DATA"), W("DATABASE"),
    W("DATE"), W("DATETIME"), W("DAY"), W("DEALLOCATE"), W("DEC"), W("DECIMAL"), W("DECLARE"), W("DEFAULT"),
    W("DEFERRABLE"), W("DEFERRED"), W("DEFINE"), W("DEFINED"), W("DEFINITION"), W("DELETE"), W("DELIMITED"),
    W("DEPTH"), W("DEREF"), W("DESC"), W("DESCRIBE"), W("DESCRIPTOR"), W("DETACH"), W("DETERMINISTIC"),
    W("DIAGNOSTICS"), W("DIRECTORIES"), W("DISABLE"), W("DISCONNECT"), W("DISTINCT"), W("DISTRIBUTE"),
    W("DO"), W("DOMAIN"), W("DOUBLE"), W("DROP"), W("DUMP"), W("DURATION"), W("DYNAMIC"), W("EACH"),
    W("ELEMENT"), W("ELSE"), W("ELSEIF"), W("EMPTY"), W("ENABLE"), W("END"), W("EQUAL"), W("EQUALS"),
    W("ERROR"), W("ESCAPE"), W("ESCAPED"), W("EVAL"), W("EVALUATE"), W("EXCEEDED"), W("EXCEPT"),
    W("EXCEPTION"), W("EXCEPTIONS"), W("EXCLUSIVE"), W("EXEC"), W("EXECUTE"), W("EXISTS"), W("EXIT"),
    W("EXPLAIN"), W("EXPLODE"), W("EXPORT"), W("EXPRESSION"), W("EXTENDED"), W("EXTERNAL"), W("EXTRACT"),
    W("FAIL"), W("FALSE"), W("FAMILY"), W("FETCH"), W("FIELDS"), W("FILE"), W("FILTER"), W("FILTERING"),
    W("FINAL"), W("FINISH"), W("FIRST"), W("FIXED"), W("FLATTERN"), W("FLOAT"), W("FOR"), W("FORCE"),
    W("FOREIGN"), W("FORMAT"), W("FORWARD"), W("FOUND"), W("FREE"), W("FROM"), W("FULL"), W("FUNCTION"),
    W("FUNCTIONS"), W("GENERAL"), W("GENERATE"), W("GET"), W("GLOB"), W("GLOBAL"), W("GO"), W("GOTO"),
    W("GRANT"), W("GREATER"), W("GROUP"), W("GROUPING"), W("HANDLER"), W("HASH"), W("HAVE"), W("HAVING"),
    W("HEAP"), W("HIDDEN"), W("HOLD"), W("HOUR"), W("IDENTIFIED"), W("IDENTITY"), W("IF"), W("IGNORE"),
    W("IMMEDIATE"), W("IMPORT"), W("IN"), W("INCLUDING"), W("INCLUSIVE"), W("INCREMENT"), W("INCREMENTAL"),
    W("INDEX"), W("INDEXED"), W("INDEXES"), W("INDICATOR"), W("INFINITE"), W("INITIALLY"), W("INLINE"),
    W("INNER"), W("INNTER"), W("INOUT"), W("INPUT"), W("INSENSITIVE"), W("INSERT"), W("INSTEAD"), W("INT"),
    W("INTEGER"), W("INTERSECT"), W("INTERVAL"), W("INTO"), W("INVALIDATE"), W("IS"), W("ISOLATION"),
    W("ITEM"), W("ITEMS"), W("ITERATE"), W("JOIN"), W("KEY"), W("KEYS"), W("LAG"), W("LANGUAGE"),
    W("LARGE"), W("LAST"), W("LATERAL"), W("LEAD"), W("LEADING"), W("LEAVE"), W("LEFT"), W("LENGTH"),
    W("LESS"), W("LEVEL"), W("LIKE"), W("LIMIT"), W("LIMITED"), W("LINES"), W("LIST"), W("LOAD"),
    W("LOCAL"), W("LOCALTIME"), W("LOCALTIMESTAMP"), W("LOCATION"), W("LOCATOR"), W("LOCK"), W("LOCKS"),
    W("LOG"), W("LOGED"), W("LONG"), W("LOOP"), W("LOWER"), W("MAP"), W("MATCH"), W("MATERIALIZED"),
    W("MAX"), W("MAXLEN"), W("MEMBER"), W("MERGE"), W("METHOD"), W("METRICS"), W("MIN"), W("MINUS"),
    W("MINUTE"), W("MISSING"), W("MOD"), W("MODE"), W("MODIFIES"), W("MODIFY"), W("MODULE"), W("MONTH"),
    W("MULTI"), W("MULTISET"), W("NAME"), W("NAMES"), W("NATIONAL"), W("NATURAL"), W("NCHAR"), W("NCLOB"),
    W("NEW"), W("NEXT"), W("NO"), W("NONE"), W("NOT"), W("NULL"), W("NULLIF"), W("NUMBER"), W("NUMERIC"),
    W("OBJECT"), W("OF"), W("OFFLINE"), W("OFFSET"), W("OLD"), W("ON"), W("ONLINE"), W("ONLY"), W("OPAQUE"),
    W("OPEN"), W("OPERATOR"), W("OPTION"), W("OR"), W("ORDER"), W("ORDINALITY"), W("OTHER"), W("OTHERS"),
    W("OUT"), W("OUTER"), W("OUTPUT"), W("OVER"), W("OVERLAPS"), W("OVERRIDE"), W("OWNER"), W("PAD"),
    W("PARALLEL"), W("PARAMETER"), W("PARAMETERS"), W("PARTIAL"), W("PARTITION"), W("PARTITIONED"),
    W("PARTITIONS"), W("PATH"), W("PERCENT"), W("PERCENTILE"), W("PERMISSION"), W("PERMISSIONS"), W("PIPE"),
    W("PIPELINED"), W("PLAN"), W("POOL"), W("POSITION"), W("PRECISION"), W("PREPARE"), W("PRESERVE"),
    W("PRIMARY"), W("PRIOR"), W("PRIVATE"), W("PRIVILEGES"), W("PROCEDURE"), W("PROCESSED"), W("PROJECT"),
    W("PROJECTION"), W("PROPERTY"), W("PROVISIONING"), W("PUBLIC"), W("PUT"), W("QUERY"), W("QUIT"),
    W("QUORUM"), W("RAISE"), W("RANDOM"), W("RANGE"), W("RANK"), W("RAW"), W("READ"), W("READS"), W("REAL"),
    W("REBUILD"), W("RECORD"), W("RECURSIVE"), W("REDUCE"), W("REF"), W("REFERENCE"), W("REFERENCES"),
    W("REFERENCING"), W("REGEXP"), W("REGION"), W("REINDEX"), W("RELATIVE"), W("RELEASE"), W("REMAINDER"),
    W("RENAME"), W("REPEAT"), W("REPLACE"), W("REQUEST"), W("RESET"), W("RESIGNAL"), W("RESOURCE"),
    W("RESPONSE"), W("RESTORE"), W("RESTRICT"), W("RESULT"), W("RETURN"), W("RETURNING"), W("RETURNS"),
    W("REVERSE"), W("REVOKE"), W("RIGHT"), W("ROLE"), W("ROLES"), W("ROLLBACK"), W("ROLLUP"), W("ROUTINE"),
    W("ROW"), W("ROWS"), W("RULE"), W("RULES"), W("SAMPLE"), W("SATISFIES"), W("SAVE"), W("SAVEPOINT"),
    W("SCAN"), W("SCHEMA"), W("SCOPE"), W("SCROLL"), W("SEARCH"), W("SECOND"), W("SECTION"), W("SEGMENT"),
    W("SEGMENTS"), W("SELECT"), W("SELF"), W("SEMI"), W("SENSITIVE"), W("SEPARATE"), W("SEQUENCE"),
    W("SERIALIZABLE"), W("SESSION"), W("SET"), W("SETS"), W("SHARD"), W("SHARE"), W("SHARED"), W("SHORT"),
    W("SHOW"), W("SIGNAL"), W("SIMILAR"), W("SIZE"), W("SKEWED"), W("SMALLINT"), W("SNAPSHOT"), W("SOME"),
    W("SOURCE"), W("SPACE"), W("SPACES"), W("SPARSE"), W("SPECIFIC"), W("SPECIFICTYPE"), W("SPLIT"),
    W("SQL"), W("SQLCODE"), W("SQLERROR"), W("SQLEXCEPTION"), W("SQLSTATE"), W("SQLWARNING"), W("START"),
    W("STATE"), W("STATIC"), W("STATUS"), W("STORAGE"), W("STORE"), W("STORED"), W("STREAM"), W("STRING"),
    W("STRUCT"), W("STYLE"), W("SUB"), W("SUBMULTISET"), W("SUBPARTITION"), W("SUBSTRING"), W("SUBTYPE"),
    W("SUM"), W("SUPER"), W("SYMMETRIC"), W("SYNONYM"), W("SYSTEM"), W("TABLE"), W("TABLESAMPLE"),
    W("TEMP"), W("TEMPORARY"), W("TERMINATED"), W("TEXT"), W("THAN"), W("THEN"), W("THROUGHPUT"), W("TIME"),
    W("TIMESTAMP"), W("TIMEZONE"), W("TINYINT"), W("TO"), W("TOKEN"), W("TOTAL"), W("TOUCH"), W("TRAILING"),
    W("TRANSACTION"), W("TRANSFORM"), W("TRANSLATE"), W("TRANSLATION"), W("TREAT"), W("TRIGGER"), W("TRIM"),
    W("TRUE"), W("TRUNCATE"), W("TTL"), W("TUPLE"), W("TYPE"), W("UNDER"), W("UNDO"), W("UNION"),
    W("UNIQUE"), W("UNIT"), W("UNKNOWN"), W("UNLOGGED"), W("UNNEST"), W("UNPROCESSED"), W("UNSIGNED"),
    W("UNTIL"), W("UPDATE"), W("UPPER"), W("URL"), W("USAGE"), W("USE"), W("USER"), W("USERS"), W("USING"),
    W("UUID"), W("VACUUM"), W("VALUE"), W("VALUED"), W("VALUES"), W("VARCHAR"), W("VARIABLE"),
    W("VARIANCE"), W("VARINT"), W("VARYING"), W("VIEW"), W("VIEWS"), W("VIRTUAL"), W("VOID"), W("WAIT"),
    W("WHEN"), W("WHENEVER"), W("WHERE"), W("WHILE"), W("WINDOW"), W("WITH"), W("WITHIN"), W("WITHOUT"),
    W("WORK"), W("WRAPPED"), W("WRITE"), W("YEAR"), W("ZONE"),
    // clang-format on
};

#undef W

_Static_assert(sizeof WORDS / sizeof WORDS[0] == RESERVED_WORD_COUNT, "the list is complete");

// Orders a word in any letter case against an upper-case one.
static int compare_upper(Slice word, Slice reserved) {
    for (size_t i = 0; i < word.len && i < reserved.len; i++) {
        uint8_t c = word.data[i];
        if (c >= 'a' && c <= 'z') c = (uint8_t)(c - 'a' + 'A');
        if (c != reserved.data[i]) return c < reserved.data[i] ? -1 : 1;
    }
    return word.len < reserved.len ? -1 : word.len > reserved.len;
}

bool word_is_reserved(Slice word) {
    size_t low = 0;
    size_t high = RESERVED_WORD_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_upper(word, WORDS[middle]);
        if (order == 0) return true;
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return false;
}

Slice reserved_word(size_t index) {
    return index < RESERVED_WORD_COUNT ? WORDS[index] : (Slice){NULL, 0};
}
