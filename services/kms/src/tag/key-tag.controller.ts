import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/key_tag_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller.js';
import { ChangeKey, invalidTag, KeyTable, requireTags, shownKey } from '../key/index.js';
import { KmsSettings } from '../settings.js';
import { TaggedKeys } from './tagged-keys.js';

const SERVICE = 'KeyTagService';

@Controller()
export class KeyTagController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly keys: KeyTable,
    private readonly tagged: TaggedKeys,
    private readonly settings: KmsSettings,
  ) {}

  @GrpcMethod(SERVICE, 'batchCreateKmsTags')
  async batchCreateKmsTags(request: rpc.BatchCreateKmsTagsRequest, metadata: Metadata): Promise<rpc.BatchCreateKmsTagsResponse> {
    const caller = this.caller(request, metadata);
    const { key_id, action, tags } = request;
    if (action !== 'create' && action !== 'delete') throw invalidTag('KMS.0404', 'action is create or delete');
    requireTags(tags.map(filled));
    await this.commands.execute(
      new ChangeKey(caller, key_id, action === 'create' ? { kind: 'put_tags', tags: tags.map(filled) } : { kind: 'remove_tags', tags: tags.map(({ key, value }) => ({ key, value })) }),
    );
    return {};
  }

  @GrpcMethod(SERVICE, 'createKmsTag')
  async createKmsTag({ tag, ...request }: rpc.CreateKmsTagRequest, metadata: Metadata): Promise<rpc.CreateKmsTagResponse> {
    const caller = this.caller({ ...request, sequence: '' }, metadata);
    const tags = tag === undefined ? [] : [filled(tag)];
    requireTags(tags);
    await this.commands.execute(new ChangeKey(caller, request.key_id, { kind: 'put_tags', tags }));
    return {};
  }

  @GrpcMethod(SERVICE, 'deleteTag')
  async deleteTag(request: rpc.DeleteTagRequest, metadata: Metadata): Promise<rpc.DeleteTagResponse> {
    const caller = this.caller({ ...request, sequence: '' }, metadata);
    await this.commands.execute(new ChangeKey(caller, request.key_id, { kind: 'remove_tags', tags: [{ key: request.key, value: undefined }] }));
    return {};
  }

  @GrpcMethod(SERVICE, 'showKmsTags')
  async showKmsTags(request: rpc.ShowKmsTagsRequest, metadata: Metadata): Promise<rpc.ShowKmsTagsResponse> {
    const { tags } = await this.keys.require(this.caller({ ...request, sequence: '' }, metadata), request.key_id);
    return { tags: [...tags], existTagsNum: tags.length };
  }

  @GrpcMethod(SERVICE, 'listKmsTags')
  async listKmsTags(request: rpc.ListKmsTagsRequest, metadata: Metadata): Promise<rpc.ListKmsTagsResponse> {
    return { tags: await this.tagged.values(this.caller({ ...request, sequence: '' }, metadata)) };
  }

  @GrpcMethod(SERVICE, 'listKmsByTags')
  async listKmsByTags(request: rpc.ListKmsByTagsRequest, metadata: Metadata): Promise<rpc.ListKmsByTagsResponse> {
    const { rows, total } = await this.tagged.find(this.caller(request, metadata), request);
    return {
      total_count: total,
      resources: rows.map((row) => ({ resource_id: row.id, resource_detail: shownKey(row, this.settings.region), resource_name: row.alias, tags: [...row.tags] })),
    };
  }

  private caller(request: { project_id: string; sequence: string }, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), request);
  }
}

function filled({ key, value }: rpc.KeyTag): { readonly key: string; readonly value: string } {
  return { key, value: value ?? '' };
}
