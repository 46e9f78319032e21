"""Keys: their life, what they encrypt, what they sign."""

import base64

from huaweicloudsdkkms.v2 import *

from journey import TENANT, check, client, refused, run, unique

keys = client(KmsClient)


def create_a_key(seen):
    made = keys.create_key(CreateKeyRequest(body=CreateKeyRequestBody(key_alias=unique("python"), key_description="é")))
    seen["key"] = made.key_info.key_id
    listed = keys.list_keys(ListKeysRequest(body=ListKeysRequestBody(limit="1000"))).keys
    check(seen["key"] in listed, listed)


def describe_it_anew(seen):
    alias = unique("renamed")
    keys.update_key_alias(UpdateKeyAliasRequest(body=UpdateKeyAliasRequestBody(key_id=seen["key"], key_alias=alias)))
    keys.update_key_description(UpdateKeyDescriptionRequest(body=UpdateKeyDescriptionRequestBody(key_id=seen["key"], key_description="new")))
    shown = keys.list_key_detail(ListKeyDetailRequest(body=OperateKeyRequestBody(key_id=seen["key"]))).key_info
    check((shown.key_alias, shown.key_description, shown.key_state) == (alias, "new", "2"), shown)


def encrypt_small_data(seen):
    sealed = keys.encrypt_data(EncryptDataRequest(body=EncryptDataRequestBody(key_id=seen["key"], plain_text="hello é")))
    seen["cipher"] = sealed.cipher_text
    check(keys.decrypt_data(DecryptDataRequest(body=DecryptDataRequestBody(cipher_text=sealed.cipher_text))).plain_text == "hello é", "another text")


def wrap_a_data_key(seen):
    made = keys.create_datakey(CreateDatakeyRequest(body=CreateDatakeyRequestBody(key_id=seen["key"], datakey_length="512")))
    body = DecryptDatakeyRequestBody(key_id=seen["key"], cipher_text=made.cipher_text, datakey_cipher_length="64")
    check(keys.decrypt_datakey(DecryptDatakeyRequest(body=body)).data_key == made.plain_text, "another data key")
    bare = keys.create_datakey_without_plaintext(CreateDatakeyWithoutPlaintextRequest(body=CreateDatakeyRequestBody(key_id=seen["key"], datakey_length="512")))
    check(bare.cipher_text, bare)


def rotate_it(seen):
    which = OperateKeyRequestBody(key_id=seen["key"])
    keys.enable_key_rotation(EnableKeyRotationRequest(body=which))
    keys.update_key_rotation_interval(UpdateKeyRotationIntervalRequest(body=UpdateKeyRotationIntervalRequestBody(key_id=seen["key"], rotation_interval=90)))
    shown = keys.show_key_rotation_status(ShowKeyRotationStatusRequest(body=which))
    check((shown.key_rotation_enabled, shown.rotation_interval) == (True, 90), shown)
    keys.disable_key_rotation(DisableKeyRotationRequest(body=which))


def refuse_what_is_disabled(seen):
    which = OperateKeyRequestBody(key_id=seen["key"])
    keys.disable_key(DisableKeyRequest(body=which))
    refused(403, lambda: keys.decrypt_data(DecryptDataRequest(body=DecryptDataRequestBody(cipher_text=seen["cipher"]))), "KMS.0209")
    keys.enable_key(EnableKeyRequest(body=which))
    keys.decrypt_data(DecryptDataRequest(body=DecryptDataRequestBody(cipher_text=seen["cipher"])))


def sign_and_verify(seen):
    made = keys.create_key(CreateKeyRequest(body=CreateKeyRequestBody(key_alias=unique("signs"), key_spec="EC_P256", key_usage="SIGN_VERIFY")))
    which = {"key_id": made.key_info.key_id, "message": base64.b64encode(b"x" * 32).decode(), "signing_algorithm": "ECDSA_SHA_256", "message_type": "DIGEST"}
    check("BEGIN PUBLIC KEY" in keys.show_public_key(ShowPublicKeyRequest(body=OperateKeyRequestBody(key_id=which["key_id"]))).public_key, "no public key")
    signature = keys.sign(SignRequest(body=SignRequestBody(**which))).signature
    check(keys.validate_signature(ValidateSignatureRequest(body=VerifyRequestBody(**which, signature=signature))).signature_valid == "true", "not valid")
    seen["pair"] = which["key_id"]


def grant_it_and_take_that_back(seen):
    body = CreateGrantRequestBody(key_id=seen["key"], grantee_principal=TENANT["domain_id"], grantee_principal_type="domain", operations=["describe-key", "create-datakey"], name="reads")
    made = keys.create_grant(CreateGrantRequest(body=body)).grant_id
    check([each.grant_id for each in keys.list_grants(ListGrantsRequest(body=ListGrantsRequestBody(key_id=seen["key"]))).grants] == [made], "another grant")
    keys.cancel_grant(CancelGrantRequest(body=RevokeGrantRequestBody(key_id=seen["key"], grant_id=made)))


def tag_it(seen):
    keys.create_kms_tag(CreateKmsTagRequest(key_id=seen["key"], body=CreateKmsTagRequestBody(tag=TagItem(key="stage", value="test"))))
    check([(each.key, each.value) for each in keys.show_kms_tags(ShowKmsTagsRequest(key_id=seen["key"])).tags] == [("stage", "test")], "other tags")
    keys.delete_tag(DeleteTagRequest(key_id=seen["key"], key="stage"))


def bring_material_of_its_own(seen):
    made = keys.create_key(CreateKeyRequest(body=CreateKeyRequestBody(key_alias=unique("brought"), origin="external"))).key_info.key_id
    offered = keys.create_parameters_for_import(CreateParametersForImportRequest(body=GetParametersForImportRequestBody(key_id=made, wrapping_algorithm="RSAES_OAEP_SHA_256")))
    check(offered.key_id == made and offered.import_token and offered.public_key, offered)
    keys.delete_key(DeleteKeyRequest(body=ScheduleKeyDeletionRequestBody(key_id=made, pending_days="7")))


def draw_random_bytes_and_see_the_quota(seen):
    check(len(keys.create_random(CreateRandomRequest(body=GenRandomRequestBody(random_data_length="512"))).random_data) == 128, "another length")
    check(keys.show_user_quotas(ShowUserQuotasRequest()).quotas.resources[0].type == "CMK", "no quota")


def schedule_and_cancel_a_deletion(seen):
    scheduled = keys.delete_key(DeleteKeyRequest(body=ScheduleKeyDeletionRequestBody(key_id=seen["key"], pending_days="7")))
    check(scheduled.key_state == "4", scheduled)
    keys.cancel_key_deletion(CancelKeyDeletionRequest(body=OperateKeyRequestBody(key_id=seen["key"])))
    for key in (seen["key"], seen["pair"]):
        keys.delete_key(DeleteKeyRequest(body=ScheduleKeyDeletionRequestBody(key_id=key, pending_days="7")))


run(
    create_a_key, describe_it_anew, encrypt_small_data, wrap_a_data_key, rotate_it, refuse_what_is_disabled, sign_and_verify,
    grant_it_and_take_that_back, tag_it, bring_material_of_its_own,
    draw_random_bytes_and_see_the_quota, schedule_and_cancel_a_deletion,
)
