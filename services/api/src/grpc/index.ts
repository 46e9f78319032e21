export { TenantGrpcServer } from './tenant-grpc-server.js';
