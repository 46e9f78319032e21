import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { CreateAccountRequest, CreateAccountResponse, ShowAccountRequest, ShowAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { CreateAccount } from './create-account.js';
import { ShowAccount } from './show-account.js';

/**
 * Internal: the contract gives these operations no REST form, so the edge does not know them, and the service's address
 * (a socket in a directory of mode 0700 on one machine, mutual TLS beyond it) is reached by the platform only. That is the permission;
 * no principal is asked for, because the first account is made before there is anybody to ask.
 */
@Controller()
export class AccountController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod('AccountService', 'createAccount')
  async createAccount(request: CreateAccountRequest): Promise<CreateAccountResponse> {
    const { account_name: name, is_operator: isOperator, user_name: userName, password, email, access_key: accessKey, secret_key: secretKey } = request;
    const keyPair = accessKey === '' && secretKey === '' ? undefined : { accessKey, secretKey };
    const created = await this.commands.execute(new CreateAccount({ name, isOperator }, { name: userName, password, email }, keyPair));
    return {
      domain_id: created.domainId,
      domain_name: name,
      user_id: created.userId,
      user_name: userName,
      project_id: created.projectId,
      project_name: created.projectName,
      access_key: created.keyPair.accessKey,
      secret_key: created.keyPair.secretKey,
    };
  }

  @GrpcMethod('AccountService', 'showAccount')
  async showAccount(request: ShowAccountRequest): Promise<ShowAccountResponse> {
    const { domainId, name, status } = await this.queries.execute(new ShowAccount(request.account_name));
    return { domain_id: domainId, domain_name: name, status };
  }
}
