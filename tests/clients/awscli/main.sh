#!/bin/sh
# The AWS CLI ($1) against the server at SHVM_ENDPOINT.
set -eu
cli=$1
table=$SHVM_TABLE
# In legacy mode a wrong CRC-32 ends the last attempt as an error; in standard mode the reply would be taken.
export AWS_PAGER= AWS_MAX_ATTEMPTS=1 AWS_RETRY_MODE=legacy

aws() { "$cli" dynamodb --endpoint-url "$SHVM_ENDPOINT" --output text "$@"; }

# equal WHAT FOUND EXPECTED
equal() {
    [ "$2" = "$3" ] && return
    echo "$1: found $2, expected $3"
    exit 1
}

# fails_with EXCEPTION ARGUMENTS…
fails_with() {
    exception=$1
    shift
    if output=$(aws "$@" 2>&1); then
        echo "$exception was expected of $*"
        exit 1
    fi
    case $output in *"($exception)"*) ;; *)
        echo "$exception was expected: $output"
        exit 1
        ;;
    esac
}

create() {
    aws create-table --table-name "$table" --billing-mode PAY_PER_REQUEST \
        --key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE \
        --attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=N "$@"
}
equal status "$(create --query TableDescription.TableName)" "$table"
aws wait table-exists --table-name "$table"

aws put-item --table-name "$table" --item '{"pk":{"S":"a"},"sk":{"N":"1"},"n":{"N":"1.50"},"grün":{"S":"ß"}}'
key='{"pk":{"S":"a"},"sk":{"N":"1"}}'
equal item "$(aws get-item --table-name "$table" --key "$key" --query 'Item.[n.N,"grün".S]')" "$(printf '1.5\tß')"
update() {
    aws update-item --table-name "$table" --key "$key" --update-expression 'SET n = n + :v' \
        --condition-expression 'n = :old' \
        --expression-attribute-values "{\":v\":{\"N\":\"1\"},\":old\":{\"N\":\"$1\"}}" \
        --return-values UPDATED_NEW --query Attributes.n.N
}
equal update "$(update 1.5)" 2.5
fails_with ConditionalCheckFailedException update-item --table-name "$table" --key "$key" \
    --update-expression 'SET n = :v' --condition-expression 'n = :v' --expression-attribute-values '{":v":{"N":"9"}}'

requests=
for number in 1 2 3 4 5 6 7 8 9 10 11 12; do
    requests="$requests${requests:+,}{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"page\"},\"sk\":{\"N\":\"$number\"}}}}"
done
equal unprocessed "$(aws batch-write-item --request-items "{\"$table\":[$requests]}" --query UnprocessedItems)" ""
equal query "$(aws query --table-name "$table" --page-size 5 --key-condition-expression 'pk = :p' \
    --expression-attribute-values '{":p":{"S":"page"}}' --query 'length(Items)' --output json)" 12
equal scan "$(aws scan --table-name "$table" --page-size 5 --query 'length(Items)' --output json)" 13
equal batch "$(aws batch-get-item --request-items "{\"$table\":{\"Keys\":[$key]}}" \
    --query "length(Responses.\"$table\")")" 1

fails_with ResourceInUseException create-table --table-name "$table" --billing-mode PAY_PER_REQUEST \
    --key-schema AttributeName=pk,KeyType=HASH --attribute-definitions AttributeName=pk,AttributeType=S
fails_with ResourceNotFoundException describe-table --table-name nowhere
fails_with ValidationException get-item --table-name "$table" --key '{"pk":{"S":"a"}}'
(
    export AWS_ACCESS_KEY_ID=nobody
    fails_with UnrecognizedClientException list-tables
)

aws delete-table --table-name "$table" --query TableDescription.TableName >/dev/null
aws wait table-not-exists --table-name "$table"
